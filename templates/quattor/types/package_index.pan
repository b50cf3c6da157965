@{ desc = Packages that no repository has are refused when a profile is compiled. Not part of the schema: a site includes it \
 when it has an index, which 'spma index' prints (spma(8)). Needs the function file_line of panc(1) }
declaration template quattor/types/package_index;

@{ desc = the index, found through the include path: lines 'name version architecture repository', sorted }
variable PACKAGE_INDEX ?= 'repository/packages.index';

@{ desc = package_is_offered(name, version, architecture, repository): is that line in the index? An empty repository means any \
 of the node's }
function package_is_offered = {
    begin = format('%s %s %s ', ARGV[0], ARGV[1], ARGV[2]);
    if (ARGV[3] != '') return(file_line(PACKAGE_INDEX, begin + ARGV[3]) == begin + ARGV[3]);
    foreach (i; repository; value('/software/repositories')) {
        if (file_line(PACKAGE_INDEX, begin + repository['name']) == begin + repository['name']) return(true);
    };
    false;
};

@{ desc = every package is in the index, in the version and architecture that is asked for. Patterns ask for nothing }
function packages_are_available = {
    if (!file_exists(PACKAGE_INDEX) || !exists('/software/repositories')) return(true);
    foreach (e; versions; ARGV[0]) {
        name = unescape(e);
        if (!match(name, '[*?]')) {
            known = file_line(PACKAGE_INDEX, name + ' ');
            if (known == '') error('no repository has a package %s', name);
            foreach (v; entry; versions) {
                version = unescape(v);
                if (!match(version, '[*?]')) {
                    foreach (arch; repository; entry['arch']) {
                        if (!package_is_offered(name, version, arch, repository))
                            error('no repository has %s %s for %s; the index has: %s', name, version, arch, known);
                    };
                };
            };
        };
    };
    true;
};

bind '/software/packages' = dict with packages_are_available(SELF);
