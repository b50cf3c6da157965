@{ desc = Types of /software: packages, repositories, groups, components }
declaration template quattor/types/software;

include 'pan/types';
include 'quattor/types/component';
include 'quattor/functions/package';
include 'quattor/functions/repository';

@{ desc = versions of one package; none means any version. Keys are escaped; arch holds architecture \
 = name of a repository, or nothing for whichever has it }
type structure_package = {
    'arch' : string{1..} with {
        foreach (arch; repository; SELF) {
            if (!match(arch, '^(noarch|all|src|x86_64|amd64|i[3-6]86|aarch64|arm64|ppc64le|ppc64el|riscv64)$'))
                error('%s is no architecture of packages', arch);
            if (repository != '' && !repository_exists(repository))
                error('no repository is called %s', repository);
        };
        true;
    }
}{};

@{ desc = is there an entry of this name in /software/repositories? }
function repository_exists = {
    if (!exists('/software/repositories')) return(false);
    foreach (i; repository; value('/software/repositories')) {
        if (repository['name'] == ARGV[0]) return(true);
    };
    false;
};

@{ desc = names of packages begin with a letter or digit once the escapes are taken away }
function package_names_are_good = {
    foreach (name; versions; ARGV[0]) {
        if (!match(unescape(name), '^[A-Za-z0-9][A-Za-z0-9+._*?-]*$'))
            error('%s cannot be the name of a package', unescape(name));
        foreach (version; entry; versions) {
            if (!match(unescape(version), '^[A-Za-z0-9][A-Za-z0-9+.:~_^*-]*$'))
                error('%s: %s cannot be a version', unescape(name), unescape(version));
        };
    };
    true;
};

type structure_repository_protocol = {
    'name' : choice('http', 'https', 'ftp', 'file')
    'url' : type_absoluteURI
    'cacert' ? absolute_file_path
    'clientcert' ? absolute_file_path
    'clientkey' ? absolute_file_path
    'verify' ? boolean
} with {
    if (!match(SELF['url'], '^' + SELF['name'] + '://'))
        error('url %s is not of protocol %s', SELF['url'], SELF['name']);
    true;
};

type structure_repository = {
    'name' : string_non_whitespace
    'owner' ? type_email
    'enabled' : boolean = true
    'protocols' : structure_repository_protocol[1..]
    'priority' ? long(1..99)
    'gpgcheck' : boolean = true
    'repo_gpgcheck' ? boolean
    'gpgkey' ? type_absoluteURI[]
    'includepkgs' ? string_non_whitespace[]
    'excludepkgs' ? string_non_whitespace[]
    'skip_if_unavailable' : boolean = false
    'proxy' ? type_absoluteURI
    @{ desc = for deb repositories: suite and components }
    'suite' ? string_non_whitespace
    'sections' ? string_non_whitespace[]
    @{ desc = a dated folder below the URLs: the repository as it was then }
    'snapshot' ? string_non_whitespace with match(SELF, '^[A-Za-z0-9][A-Za-z0-9._/-]*$')
} with {
    if (SELF['gpgcheck'] && !exists(SELF['gpgkey']))
        error('repository %s checks signatures and names no key', SELF['name']);
    true;
};

type structure_package_group = {
    'mandatory' : boolean = true
    'default' : boolean = true
    'optional' : boolean = false
};

@{ desc = any component: its own schema, bound to its own path, says the rest }
type structure_any_component = extensible {
    include structure_component
};

@{ desc = components run before or after components that exist }
function component_dependencies_exist = {
    foreach (name; component; ARGV[0]) {
        if (exists(component['dependencies'])) {
            foreach (when; others; component['dependencies']) {
                foreach (i; other; others) {
                    if (!exists(ARGV[0][other]))
                        error('component %s runs %s component %s, which this node does not have', name,
                            if (when == 'pre') 'after' else 'before', other);
                };
            };
        };
    };
    true;
};

@{ desc = components that wait for each other in a circle never run; told here, as ncd would tell it on the node }
function components_have_an_order = {
    waits = dict();
    foreach (name; component; ARGV[0]) {
        if (exists(component['dependencies'])) {
            foreach (when; others; component['dependencies']) {
                foreach (i; other; others) {
                    if (when == 'pre') waits[name][other] = true else waits[other][name] = true;
                };
            };
        };
    };
    # Who waits only for those that wait for nobody is no part of a circle.
    before = length(waits) + 1;
    while (length(waits) > 0 && length(waits) < before) {
        before = length(waits);
        left = dict();
        foreach (name; others; waits) {
            foreach (other; yes; others) {
                if (exists(waits[other])) left[name][other] = true;
            };
        };
        waits = left;
    };
    if (length(waits) == 0) return(true);
    # From anywhere the way leads into the circle; from there once round.
    at = '';
    foreach (name; others; waits) at = name;
    for (i = 0; i < length(waits); i = i + 1) {
        next = '';
        foreach (other; yes; waits[at]) next = other;
        at = next;
    };
    chain = at;
    start = at;
    round = false;
    while (!round) {
        next = '';
        foreach (other; yes; waits[at]) next = other;
        chain = chain + ' -> ' + next;
        at = next;
        round = at == start;
    };
    error('the components depend on each other in a cycle: %s', chain);
};

@{ desc = /software }
type structure_software = {
    'components' ? structure_any_component{} with component_dependencies_exist(SELF) && components_have_an_order(SELF)
    'packages' ? structure_package{} with package_names_are_good(SELF)
    'repositories' ? structure_repository[] with {
        seen = dict();
        foreach (i; repository; SELF) {
            e = escape(repository['name']);
            if (exists(seen[e])) error('two repositories are called %s', repository['name']);
            seen[e] = i;
        };
        true;
    }
    'groups' ? structure_package_group{}
    'modules' ? dict
};
