//go:build cgo

#include "native.h"
#include "guard.h"

#include <stdlib.h>
#include <string.h>

#define MAX_GEOMS 10000

// FAST_SLICES is into how many sides a round shape is cut for fast pictures, and twice its stacks. MuJoCo's
// 28 cost half of the time at 64 x 64 pixels, where they change a colour by 0.3 of 255 at most on the average.
#define FAST_SLICES 16

struct renderer {
  mjModel header;    // the model with the quality and the buffer size of this renderer
  int fast;
  int ready;         // the MuJoCo context is made, for pictures up to width x height
  int width, height;
  gl *gl;
  unsigned char *pixels;              // RGB, rows from the bottom up
  float *heights;                     // the height fields as the MuJoCo context has them
  mjvScene scene;
  mjvOption option;
  mjvCamera camera;
  mjrContext context;
};

static void prepare(renderer *r) {
  mjv_defaultOption(&r->option);
  mjv_makeScene(&r->header, &r->scene, MAX_GEOMS);
  r->scene.flags[mjRND_SHADOW] = !r->fast;
  r->scene.flags[mjRND_REFLECTION] = !r->fast;
  if (r->fast) {
    r->header.vis.quality.offsamples = 0;
    r->header.vis.quality.numslices = FAST_SLICES;
    r->header.vis.quality.numstacks = FAST_SLICES / 2;
  }
}

// new_renderer and all that follows must be called on one and the same thread.
renderer *new_renderer(const mjModel *model, int fast, int egl, char *error) {
  renderer *r = calloc(1, sizeof(renderer));
  r->header = *model;
  r->fast = fast;
  mjv_defaultScene(&r->scene);
  mjr_defaultContext(&r->context);
  r->gl = open_gl(egl, error);
  int failed = !r->gl;
  if (!failed) {
    GUARDED(error, failed, prepare(r));
  }
  if (failed) {
    free_renderer(r);
    return NULL;
  }
  return r;
}

void free_renderer(renderer *r) {
  if (r->ready) {
    mjr_freeContext(&r->context);
  }
  mjv_freeScene(&r->scene);
  if (r->gl) {
    close_gl(r->gl);
  }
  free(r->pixels);
  free(r->heights);
  free(r);
}

// fit makes MuJoCo's buffer as large as the largest picture asked for. It is no larger, because
// clearing and multisampling cost time for every pixel of the buffer.
static void fit(renderer *r, int width, int height) {
  if (r->ready && width <= r->width && height <= r->height) {
    return;
  }
  if (r->ready) {
    r->ready = 0;
    mjr_freeContext(&r->context);
  }
  r->width = r->width > width ? r->width : width;
  r->height = r->height > height ? r->height : height;
  r->header.vis.global.offwidth = r->width;
  r->header.vis.global.offheight = r->height;
  mjr_makeContext(&r->header, &r->context, mjFONTSCALE_100);
  r->ready = 1;
  mjr_setBuffer(mjFB_OFFSCREEN, &r->context);
  r->pixels = realloc(r->pixels, 3 * (size_t)r->width * r->height);
}

// upload_heights brings height fields that have changed to the MuJoCo context, which has copies.
static void upload_heights(renderer *r, const mjModel *m) {
  size_t size = m->nhfielddata * sizeof(float);
  if (size == 0 || (r->heights && !memcmp(r->heights, m->hfield_data, size))) {
    return;
  }
  for (int i = 0; i < m->nhfield; i++) {
    mjr_uploadHField(m, &r->context, i);
  }
  r->heights = realloc(r->heights, size);
  memcpy(r->heights, m->hfield_data, size);
}

static void draw(renderer *r, simulation *s, int camera, int width, int height) {
  fit(r, width, height);
  upload_heights(r, s->model);
  mjv_defaultFreeCamera(s->model, &r->camera);
  if (camera >= 0) {
    r->camera.type = mjCAMERA_FIXED;
    r->camera.fixedcamid = camera;
  }
  mjrRect viewport = {0, 0, width, height};
  mj_camlight(s->model, s->data);
  mjv_updateScene(s->model, s->data, &r->option, NULL, &r->camera, mjCAT_ALL, &r->scene);
  mjr_render(viewport, &r->scene, &r->context);
  mjr_readPixels(r->pixels, NULL, viewport, &r->context);
}

// copy_flipped writes the picture from the top row down, in red, green and blue and, as a fourth channel if
// there is one, opacity.
static void copy_flipped(const unsigned char *rgb, int width, int height, int channels, unsigned char *to) {
  for (int y = height - 1; y >= 0; y--) {
    const unsigned char *from = rgb + 3 * (size_t)width * y;
    if (channels == 3) {
      memcpy(to, from, 3 * (size_t)width);
      to += 3 * (size_t)width;
      continue;
    }
    for (int x = 0; x < width; x++, from += 3, to += 4) {
      memcpy(to, from, 3);
      to[3] = 255;
    }
  }
}

int render(renderer *r, simulation *s, int camera, int width, int height, int channels, unsigned char *picture, char *error) {
  int failed;
  GUARDED(error, failed, draw(r, s, camera, width, height));
  if (!failed) {
    copy_flipped(r->pixels, width, height, channels, picture);
  }
  return failed;
}
