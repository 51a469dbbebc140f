//go:build cgo

#include "native.h"
#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__thread guard *active_guard;

// on_error must not return to MuJoCo.
static void on_error(const char *message) {
  if (!active_guard) {
    fprintf(stderr, "mujoco: fatal error outside of a guarded call: %s\n", message);
    abort();
  }
  snprintf(active_guard->error, ERROR_SIZE, "%s", message);
  longjmp(active_guard->place, 1);
}

// on_warning keeps MuJoCo from printing: warnings are read from the counters in mjData.
static void on_warning(const char *message) { (void)message; }

void install_handlers(void) {
  mju_user_error = on_error;
  mju_user_warning = on_warning;
}

// ---- models ----

static int add_file(mjVFS *vfs, const virtual_file *file) {
#if mjVERSION_HEADER >= 314
  return mj_addBufferVFS(vfs, file->name, file->content, file->size);
#else
  int failed = mj_makeEmptyFileVFS(vfs, file->name, file->size);
  if (!failed) {
    memcpy(vfs->filedata[mj_findFileVFS(vfs, file->name)], file->content, file->size);
  }
  return failed;
#endif
}

static mjModel *load(const char *main_file, mjVFS *vfs, virtual_file *files, int count, char *error) {
  for (int i = 0; i < count; i++) {
    if (add_file(vfs, &files[i])) {
      snprintf(error, ERROR_SIZE, "file %s is empty, named twice or one too many", files[i].name);
      return NULL;
    }
  }
  return mj_loadXML(main_file, vfs, error, ERROR_SIZE);
}

// compile_files compiles main_file, which is one of files, or a file on disk if there are none.
mjModel *compile_files(const char *main_file, virtual_file *files, int count, char *error) {
  error[0] = 0;
  if (mj_version() != mjVERSION_HEADER) {
    snprintf(error, ERROR_SIZE, "built for MuJoCo version %d, but the library is version %d; build again",
             mjVERSION_HEADER, mj_version());
    return NULL;
  }
  mjVFS *vfs = malloc(sizeof(mjVFS));
  mj_defaultVFS(vfs);
  mjModel *volatile model = NULL;
  int failed;
  GUARDED(error, failed, model = load(main_file, vfs, files, count, error));
  mj_deleteVFS(vfs);
  free(vfs);
  return failed ? NULL : model;
}

// ---- simulations ----

// keep_raw_qpos comes before every evaluation of the position stage. To normalise a quaternion twice
// is not the same, to the last bit, as once; so only from these positions can the stage be repeated.
static void keep_raw_qpos(simulation *s) {
  memcpy(s->raw_qpos, s->data->qpos, s->model->nq * sizeof(mjtNum));
}

simulation *new_simulation(mjModel *model, char *error) {
  simulation *s = calloc(1, sizeof(simulation));
  s->model = model;
  int failed;
  GUARDED(error, failed, s->data = mj_makeData(model));
  if (failed || !s->data) {
    free(s);
    return NULL;
  }
  s->raw_qpos = calloc(model->nq + 1, sizeof(mjtNum));
  keep_raw_qpos(s);
  return s;
}

void free_simulation(simulation *s) {
  mj_deleteData(s->data);
  free(s->raw_qpos);
  free(s);
}

void reset(simulation *s) { mj_resetData(s->model, s->data); }

static void clear_warnings(mjData *d) { memset(d->warning, 0, sizeof(d->warning)); }

// report_warning stores the first of the warnings.
static int report_warning(simulation *s, mjtNum time) {
  int i = 0;
  while (!s->data->warning[i].number) {
    i++;
  }
  s->warning = i;
  s->info = s->data->warning[i].lastinfo;
  s->time = time;
  return CALL_WARNED;
}

// warned reports the first warning since clear_warnings. MuJoCo resets the data, and the counters
// with it, on a bad number; only counters that begin at zero tell such a warning for certain.
static int warned(simulation *s, mjtNum time) {
  int any = 0;
  for (int i = 0; i < mjNWARNING; i++) {
    any |= s->data->warning[i].number;
  }
  return any ? report_warning(s, time) : CALL_DONE;
}

// run_stage calls one of MuJoCo's pipeline functions and reports how it went.
static int run_stage(simulation *s, const mjModel *model, void (*stage)(const mjModel *, mjData *)) {
  int failed;
  mjtNum time = s->data->time;
  clear_warnings(s->data);
  keep_raw_qpos(s);
  GUARDED(s->error, failed, stage(model, s->data));
  return failed ? CALL_FAILED : warned(s, time);
}

// checked_forward refuses bad numbers as a step does; mj_forward alone would compute with them.
static void checked_forward(const mjModel *model, mjData *data) {
  mj_checkPos(model, data);
  mj_checkVel(model, data);
  mj_forward(model, data);
}

int forward(simulation *s) { return run_stage(s, s->model, checked_forward); }

// forward_passive is forward without the actuators. The model may be shared by threads, so the
// flag is set in a copy of its header.
int forward_passive(simulation *s) {
  mjModel passive = *s->model;
  passive.opt.disableflags |= mjDSBL_ACTUATION;
  return run_stage(s, &passive, checked_forward);
}

static void find_contacts(const mjModel *model, mjData *data) {
  mj_kinematics(model, data);
  mj_collision(model, data);
}

int collide(simulation *s) { return run_stage(s, s->model, find_contacts); }

#if mjVERSION_HEADER < 230

// senses_cameras tells whether a sensor measures where a camera is.
static int senses_cameras(const mjModel *m) {
  for (int i = 0; i < m->nsensor; i++) {
    if (m->sensor_objtype[i] == mjOBJ_CAMERA || m->sensor_reftype[i] == mjOBJ_CAMERA) {
      return 1;
    }
  }
  return 0;
}

// evaluate does for position and velocity what mj_step1 does, without what nothing here reads: the
// energies, and the poses of cameras and lights, which the renderer computes when it draws.
static void evaluate(const mjModel *m, mjData *d) {
  mj_checkPos(m, d);
  mj_checkVel(m, d);
  mj_kinematics(m, d);
  mj_comPos(m, d);
  if (m->ncam && senses_cameras(m)) {
    mj_camlight(m, d);
  }
  mj_tendon(m, d);
  mj_crb(m, d);
  mj_factorM(m, d);
  mj_collision(m, d);
  mj_makeConstraint(m, d);
  mj_transmission(m, d);
  mj_projectConstraint(m, d);
  mj_sensorPos(m, d);
  mj_fwdVelocity(m, d);
  mj_sensorVel(m, d);
}

#else // the stages of later versions are not those above

static void evaluate(const mjModel *m, mjData *d) { mj_step1(m, d); }

#endif

// settle brings all that depends on position and velocity up to date.
int settle(simulation *s) { return run_stage(s, s->model, evaluate); }

// substep is one step of the physics. Where the step can be split it begins in the middle: the data are
// always left with position and velocity evaluated, so that a control interval costs no evaluation more
// than its substeps.
static int substep(simulation *s, int split, int first) {
  mjtNum time = s->data->time;
  if (!split) {
    mj_step(s->model, s->data);
    return warned(s, time);
  }
  if (!first) {
    evaluate(s->model, s->data);
  }
  mj_step2(s->model, s->data);
  return warned(s, time);
}

static int advance(simulation *s, int substeps) {
  int split = s->model->opt.integrator != mjINT_RK4;
  for (int i = 0; i < substeps; i++) {
    int code = substep(s, split, i == 0);
    if (code != CALL_DONE) {
      return code;
    }
  }
  mjtNum time = s->data->time;
  keep_raw_qpos(s);
  evaluate(s->model, s->data);
  return warned(s, time);
}

int step(uintptr_t simulation_address, int substeps) {
  simulation *s = (simulation *)simulation_address;
  int failed;
  volatile int code = CALL_DONE;
  clear_warnings(s->data);
  GUARDED(s->error, failed, code = advance(s, substeps));
  return failed ? CALL_FAILED : code;
}

// ---- the yardstick ----

static void plain_step(const mjModel *m, mjData *d, int substeps) {
  int i = 0;
  if (m->opt.integrator != mjINT_RK4) {
    mj_step2(m, d);
    i = 1;
  }
  for (; i < substeps; i++) {
    mj_step(m, d);
  }
  mj_step1(m, d);
}

static void run_plain_loop(const mjModel *m, mjData *d, const mjtNum *controls, int control_steps, int substeps) {
  mj_resetData(m, d);
  mj_forward(m, d);
  for (int i = 0; i < control_steps; i++) {
    mju_copy(d->ctrl, controls + (size_t)i * m->nu, m->nu);
    plain_step(m, d, substeps);
  }
}

int plain_loop(simulation *s, const mjtNum *controls, int control_steps, int substeps) {
  int failed;
  clear_warnings(s->data);
  GUARDED(s->error, failed, run_plain_loop(s->model, s->data, controls, control_steps, substeps));
  return failed ? CALL_FAILED : settle(s);
}
