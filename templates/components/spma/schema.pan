@{ desc = Packages: ncm-spma(8) }
declaration template components/spma/schema;

include 'pan/types';
include 'quattor/types/component';

@{ desc = a size or a time as spma.conf has it: 4G, 10m }
type spma_quantity = string with match(SELF, '^[0-9]+(\.[0-9]+)?[KMGsmhd]?$');

@{ desc = a boolean, or yes and no as older sites have it }
type spma_affirmation = property with is_boolean(SELF) || match(to_string(SELF), '^(yes|no)$');

@{ desc = what the yum, dnf, apt and ips flavours of the component of Quattor have besides }
type component_spma_quattor = {
    'fullsearch' ? boolean
    @{desc = lines of yum.conf or dnf.conf}
    'main_options' ? extensible {}
    @{desc = files of yum plug-ins, by name}
    'plugins' ? extensible {}
    'process_obsoletes' ? boolean
    @{desc = false: repositories are in the common folder even when packages of users may not stay}
    'userpkgs_retry' ? boolean
    @{desc = further folders of repositories}
    'reposdirs' ? absolute_file_path[]
    'filter' ? string
    @{desc = repositories of others go}
    'repository_cleanup' ? boolean
    'modules' ? boolean
    'userrepos' ? boolean
    'usersources' ? boolean
    'excludes' ? string[]
    'whitelist' ? string[]
    'quattor_os_file' ? string
    'quattor_os_release' ? string
    'yumconf' ? string
    'dnfconf' ? string
    'ips' ? extensible {}
    'cmdfile' ? string
    'flagfile' ? string
    'pkgpaths' ? string[]
    'uninstpaths' ? string[]
    'whitepaths' ? string[]
};

type component_spma = {
    include structure_component
    include component_spma_quattor
    @{desc = of the platform when not given}
    'packager' ? choice('rpm', 'dnf', 'dpkg', 'apt', 'pkg', 'yum', 'yumng', 'yumdnf', 'ips')
    @{desc = false: only write the files}
    'run' : spma_affirmation = true
    @{desc = packages that are not ours may stay}
    'userpkgs' : spma_affirmation = false
    'userprio' : boolean = false
    'protectkernel' : boolean = true
    'usespmlist' ? boolean
    @{desc = every package must carry a signature of a key the package system knows, besides what repositories ask for}
    'checksig' ? boolean
    @{desc = what happens to packages that others need and the profile does not name}
    'missing' : choice('report', 'add', 'ignore') = 'report'
    @{desc = names that go before users' versions}
    'mandatory' ? string[]
    @{desc = names that keep whatever version they have}
    'held' ? string[]
    @{desc = names of which only the version is put right, where they are installed}
    'ifpresent' ? string[]
    @{desc = names, with wildcards, that are erased wherever they are}
    'unwanted' ? string[]
    @{desc = names, with wildcards, that are never touched}
    'locked' ? string[]
    'essential' ? string[]
    'guardremovals' ? long(0..)
    'guardpercent' ? long(0..100)
    'guardage' ? spma_quantity
    'localcache' ? boolean
    'cachedir' ? string with match(SELF, '^/')
    'cachelimit' ? spma_quantity
    'refresh' ? spma_quantity
    'connections' ? long(1..32)
    'proxy' ? spma_affirmation
    'proxytype' ? choice('forward', 'reverse')
    @{desc = a list, or names with commas between them}
    'proxyhost' ? element with is_string(SELF) || is_list(SELF)
    'proxyport' ? property with is_long(SELF) && SELF > 0 && SELF < 65536 || match(to_string(SELF), '^[0-9]+$')
    'proxyrandom' ? boolean
    @{desc = caches of head nodes, as URLs: asked before the repositories}
    'headcache' ? type_absoluteURI[]
} with {
    if (SELF['userprio'] && !match(to_string(SELF['userpkgs']), '^(true|yes)$')) error('userprio needs userpkgs');
    if (exists(SELF['proxy']) && match(to_string(SELF['proxy']), '^(true|yes)$') && !exists(SELF['proxyhost'])) error('a proxy is asked for and none is named');
    true;
};

bind '/software/components/spma' = component_spma;
