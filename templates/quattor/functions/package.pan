@{ desc = Functions that edit /software/packages: escaped name, escaped version, arch, architecture \
 = repository }
declaration template quattor/functions/package;

@{ desc = architecture of packages named without one }
variable PKG_ARCH_DEFAULT ?= 'x86_64';

@{ desc = the entry of one package: version ('' is any) and architecture. Internal to this template }
function pkg_entry = {
    if (ARGV[0] == '') return(dict());
    dict(escape(ARGV[0]), dict('arch', dict(ARGV[1], '')));
};

@{ desc = as in '/software/packages' = pkg_add(name, version?, arch?, 'multi'?): adds a package. \
 Another version of it that is there already is an error, unless multi is given }
function pkg_add = {
    name = escape(ARGV[0]);
    version = if (ARGC > 1) ARGV[1] else '';
    arch = if (ARGC > 2) ARGV[2] else PKG_ARCH_DEFAULT;
    if (!exists(SELF[name])) {
        SELF[name] = pkg_entry(version, arch);
    } else if (version != '') {
        e = escape(version);
        if (exists(SELF[name][e])) {
            SELF[name][e]['arch'][arch] = '';
        } else if (length(SELF[name]) == 0 || (ARGC > 3 && ARGV[3] == 'multi')) {
            SELF[name][e] = dict('arch', dict(arch, ''));
        } else {
            error('pkg_add: %s is already there in version %s (wanted: %s)', ARGV[0], unescape(key(SELF[name], 0)), version);
        };
    };
    SELF;
};

@{ desc = as in '/software/packages' = pkg_repl(name, version?, arch?): this version and no other }
function pkg_repl = {
    version = if (ARGC > 1) ARGV[1] else '';
    arch = if (ARGC > 2) ARGV[2] else PKG_ARCH_DEFAULT;
    SELF[escape(ARGV[0])] = pkg_entry(version, arch);
    SELF;
};

@{ desc = pkg_repl only if the package is there in some version }
function pkg_ronly = {
    if (exists(SELF[escape(ARGV[0])])) {
        version = if (ARGC > 1) ARGV[1] else '';
        arch = if (ARGC > 2) ARGV[2] else PKG_ARCH_DEFAULT;
        SELF[escape(ARGV[0])] = pkg_entry(version, arch);
    };
    if (is_defined(SELF)) SELF else dict();
};

@{ desc = as in '/software/packages' = pkg_del(name, version?): takes a package, or one version of \
 it, out }
function pkg_del = {
    name = escape(ARGV[0]);
    if (exists(SELF[name])) {
        if (ARGC > 1) delete(SELF[name][escape(ARGV[1])]);
        if (ARGC == 1 || length(SELF[name]) == 0) delete(SELF[name]);
    };
    if (is_defined(SELF)) SELF else dict();
};
