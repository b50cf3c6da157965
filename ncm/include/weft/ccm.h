/* The node's profile cache for programs in C, and for all languages that can call C.
 * Texts that are returned are the caller's: give them back with ccm_free(). NULL means absent, or that something is
 * wrong: then ccm_error() says what. One ccm_profile belongs to one thread at a time. */
#ifndef WEFT_CCM_H
#define WEFT_CCM_H
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)
#define CCM_ABI 1
/* The version of this interface that the library has; functions are added, none changes under one number. */
int ccm_abi(void);

typedef struct ccm_profile ccm_profile;

/* What an element is: the type codes of Quattor's access library. */
enum ccm_type { CCM_ABSENT = 0, CCM_STRING = 5, CCM_LONG = 9, CCM_DOUBLE = 17, CCM_BOOLEAN = 33, CCM_LIST = 6, CCM_NLIST = 10 };

/* Open a profile. root: the cache, NULL for /var/lib/ccm. cid: "current" or NULL, "latest", "-1", a number.
 * It stays readable, whole and the same, whatever is fetched or purged meanwhile. */
ccm_profile *ccm_open(const char *root, const char *cid);
void ccm_close(ccm_profile *);

/* What went wrong last in this thread; "" when nothing did. Valid until the next call. */
const char *ccm_error(void);

int ccm_cid(const ccm_profile *);
enum ccm_type ccm_type_of(const ccm_profile *, const char *path);
/* The text of a property: true and false for booleans. NULL for lists and nlists. */
char *ccm_value(const ccm_profile *, const char *path);
char *ccm_checksum(const ccm_profile *, const char *path);
/* The names of the children, each ended by a NUL, in order; how many in *count. NULL when there are none. */
char *ccm_children(const ccm_profile *, const char *path, size_t *count);
/* The element with all below it, as JSON. */
char *ccm_json(const ccm_profile *, const char *path);
void ccm_free(char *);
#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
