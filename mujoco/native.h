// The C side of package mujoco: every call into libmujoco that can fail goes through here, so that
// MuJoCo's fatal errors come back as text instead of ending the process.

#ifndef REVERIE_MUJOCO_NATIVE_H
#define REVERIE_MUJOCO_NATIVE_H

#include <mujoco/mujoco.h>
#include <stdint.h>

#define ERROR_SIZE 1000

// What a call reports.
enum { CALL_DONE = 0, CALL_WARNED = 1, CALL_FAILED = 2 };

// A simulation and the report of its last call.
typedef struct {
  mjModel *model;
  mjData *data;
  mjtNum *raw_qpos;       // qpos before MuJoCo, in its latest evaluation, normalised the quaternions
  int warning;            // mjtWarning that stopped the call, if CALL_WARNED
  int info;               // what MuJoCo says about it: an index or a count
  mjtNum time;            // simulation time at the beginning of the substep that raised it
  char error[ERROR_SIZE]; // text of the fatal error, if CALL_FAILED
} simulation;

// A file that a model refers to.
typedef struct {
  char *name;
  void *content;
  int size;
} virtual_file;

void install_handlers(void);

mjModel *compile_files(const char *main_file, virtual_file *files, int count, char *error);

simulation *new_simulation(mjModel *model, char *error);
void free_simulation(simulation *s);
void reset(simulation *s);
int forward(simulation *s);
int forward_passive(simulation *s);
int collide(simulation *s);
int settle(simulation *s);
int step(uintptr_t simulation_address, int substeps);
int plain_loop(simulation *s, const mjtNum *controls, int control_steps, int substeps);

// An OpenGL context, current on the thread that opened it.
typedef struct gl gl;

gl *open_gl(int egl, char *error);
void close_gl(gl *g);

// A picture maker: an OpenGL context in memory and MuJoCo's scene.
typedef struct renderer renderer;

renderer *new_renderer(const mjModel *model, int fast, int egl, char *error);
void free_renderer(renderer *r);
int render(renderer *r, simulation *s, int camera, int width, int height, int channels, unsigned char *picture, char *error);

#endif
