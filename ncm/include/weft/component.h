/* A component as a shared object, NAME.so in libexec/weft/ncm. It exports one struct and links nothing of ours.
 * Page: ncm-component(5). */
#ifndef WEFT_COMPONENT_H
#define WEFT_COMPONENT_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

#define NCM_COMPONENT_ABI 1

/* One run, given by whoever runs the component. Paths of files are the system's; the run looks after --root,
 * noaction, roll-back and reports. */
typedef struct ncm_run ncm_run;
struct ncm_run {
    int noaction; /* the functions below keep to it by themselves */
    int verbose;
    const char *json; /* the component's own subtree */
    /* A property below the own subtree, "daemon/port": its text, NULL when absent. Valid during the run. */
    const char *(*value)(ncm_run *, const char *path);
    /* Make a file hold this: 1 it changed, 0 it was so, -1 it cannot be (reported as an error).
     * mode 0, owner and group NULL: as it is. */
    int (*file)(ncm_run *, const char *path, const char *contents, size_t size, unsigned mode, const char *owner, const char *group);
    int (*remove)(ncm_run *, const char *path);
    /* restart, reload, ...: done once, after all components. */
    void (*service)(ncm_run *, const char *name, const char *action);
    /* level: "error", "warning", "info", "verbose". An error makes the run a failure. */
    void (*say)(ncm_run *, const char *level, const char *text);
};

/* Exported as `ncm_component`. */
struct ncm_component {
    int abi; /* NCM_COMPONENT_ABI */
    const char *about;
    const char *const *watch; /* further paths it reads, ended by NULL; or NULL */
    void (*configure)(ncm_run *);
    void (*unconfigure)(ncm_run *); /* or NULL */
};

#ifdef __cplusplus
}
#endif
#endif
