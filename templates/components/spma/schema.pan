@{ desc = Packages: ncm-spma(8) }
declaration template components/spma/schema;

include 'pan/types';
include 'quattor/types/component';

@{ desc = a size or a time as spma.conf has it: 4G, 10m }
type spma_quantity = string with match(SELF, '^[0-9]+(\.[0-9]+)?[KMGsmhd]?$');

type component_spma = {
    include structure_component
    @{desc = of the platform when not given}
    'packager' ? choice('rpm', 'dnf', 'dpkg', 'apt', 'pkg')
    @{desc = false: only write the files}
    'run' : boolean = true
    @{desc = packages that are not ours may stay}
    'userpkgs' : boolean = false
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
    'proxy' ? boolean
    'proxytype' ? choice('forward', 'reverse')
    'proxyhost' ? string[]
    'proxyport' ? long(1..65535)
    'proxyrandom' ? boolean
    @{desc = caches of head nodes, as URLs: asked before the repositories}
    'headcache' ? type_absoluteURI[]
} with {
    if (SELF['userprio'] && !SELF['userpkgs']) error('userprio needs userpkgs');
    if (exists(SELF['proxy']) && SELF['proxy'] && !exists(SELF['proxyhost'])) error('a proxy is asked for and none is named');
    true;
};

bind '/software/components/spma' = component_spma;
