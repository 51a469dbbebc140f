//go:build cgo

// OpenGL contexts without a display. The libraries are loaded when they are needed: a machine has one
// or the other, and MuJoCo takes OpenGL's functions from the one that it finds loaded.

#include "native.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

// Constants of OSMesa, OpenGL and EGL.
enum {
  OSMESA_RGBA = 0x1908, GL_UNSIGNED_BYTE = 0x1401,
  EGL_SURFACE_TYPE = 0x3033, EGL_PBUFFER_BIT = 1, EGL_RENDERABLE_TYPE = 0x3040, EGL_OPENGL_BIT = 8, EGL_NONE = 0x3038,
  EGL_OPENGL_API = 0x30A2, EGL_PLATFORM_DEVICE = 0x313F, EGL_PLATFORM_SURFACELESS = 0x31DD,
  MAX_DEVICES = 16
};

struct gl {
  void *library;
  void *display, *context; // display is EGL's
  int (*make_current)(void *display, void *draw, void *read, void *context);
  unsigned (*destroy_egl)(void *display, void *context);
  void (*destroy_osmesa)(void *context);
  unsigned char surface[4 * 16 * 16]; // OSMesa wants one; MuJoCo draws into a buffer of its own
};

static int start_osmesa(gl *g) {
  void *(*create)(unsigned, int, int, int, void *) = dlsym(g->library, "OSMesaCreateContextExt");
  unsigned char (*make_current)(void *, void *, unsigned, int, int) = dlsym(g->library, "OSMesaMakeCurrent");
  g->destroy_osmesa = dlsym(g->library, "OSMesaDestroyContext");
  if (!create || !make_current || !g->destroy_osmesa) {
    return 0;
  }
  g->context = create(OSMESA_RGBA, 24, 8, 8, NULL);
  return g->context && make_current(g->context, g->surface, GL_UNSIGNED_BYTE, 16, 16);
}

// start_display makes a context on an EGL display.
static int start_display(gl *g, void *display) {
  unsigned (*initialize)(void *, int *, int *) = dlsym(g->library, "eglInitialize");
  unsigned (*choose)(void *, const int *, void **, int, int *) = dlsym(g->library, "eglChooseConfig");
  void *(*create)(void *, void *, void *, const int *) = dlsym(g->library, "eglCreateContext");
  const int wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
  void *config;
  int count;
  if (!display || !initialize || !choose || !create || !initialize(display, NULL, NULL) ||
      !choose(display, wanted, &config, 1, &count) || count < 1) {
    return 0;
  }
  g->display = display;
  g->context = create(display, config, NULL, NULL);
  if (g->context && g->make_current(display, NULL, NULL, g->context)) {
    return 1;
  }
  if (g->context) {
    g->destroy_egl(display, g->context);
    g->context = NULL;
  }
  return 0;
}

// start_egl tries the devices, graphics cards first as EGL lists them, and then Mesa without any.
static int start_egl(gl *g) {
  void *(*address)(const char *) = dlsym(g->library, "eglGetProcAddress");
  unsigned (*bind)(unsigned) = dlsym(g->library, "eglBindAPI");
  g->make_current = dlsym(g->library, "eglMakeCurrent");
  g->destroy_egl = dlsym(g->library, "eglDestroyContext");
  if (!address || !bind || !g->make_current || !g->destroy_egl || !bind(EGL_OPENGL_API)) {
    return 0;
  }
  void *(*display)(unsigned, void *, const int *) = address("eglGetPlatformDisplayEXT");
  unsigned (*query)(int, void **, int *) = address("eglQueryDevicesEXT");
  void *devices[MAX_DEVICES];
  int count = 0;
  if (!display) {
    return 0;
  }
  if (query && !query(MAX_DEVICES, devices, &count)) {
    count = 0;
  }
  for (int i = 0; i < count; i++) {
    if (start_display(g, display(EGL_PLATFORM_DEVICE, devices[i], NULL))) {
      return 1;
    }
  }
  return start_display(g, display(EGL_PLATFORM_SURFACELESS, NULL, NULL));
}

gl *open_gl(int egl, char *error) {
  gl *g = calloc(1, sizeof(gl));
  setenv("LP_NUM_THREADS", "0", 0); // small pictures cost Mesa's threads more waiting than they save work
  g->library = dlopen(egl ? "libEGL.so.1" : "libOSMesa.so.8", RTLD_NOW | RTLD_LOCAL);
  if (!g->library) {
    snprintf(error, ERROR_SIZE, "%s", dlerror());
    free(g);
    return NULL;
  }
  if (!(egl ? start_egl(g) : start_osmesa(g))) {
    snprintf(error, ERROR_SIZE, "the library is there but gives no OpenGL context");
    dlclose(g->library); // lest MuJoCo find this library before the next one
    free(g);
    return NULL;
  }
  return g;
}

// close_gl leaves the library and an EGL display in place: other renderers may use them.
void close_gl(gl *g) {
  if (g->context && g->destroy_osmesa) {
    g->destroy_osmesa(g->context);
  } else if (g->context) {
    g->make_current(g->display, NULL, NULL, NULL);
    g->destroy_egl(g->display, g->context);
  }
  free(g);
}
