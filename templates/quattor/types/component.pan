@{ desc = What every component below /software/components has }
declaration template quattor/types/component;

@{ desc = names of components that run before or after this one }
type structure_component_dependency = {
    'pre' ? string[]
    'post' ? string[]
};

type structure_component = {
    @{desc = false: the component is neither run nor looked at}
    'active' : boolean = true
    @{desc = run it when its configuration changes; false: only by hand}
    'dispatch' : boolean = true
    'dependencies' ? structure_component_dependency
    @{desc = run it also when one of these paths changes}
    'register_change' ? string[] with {
        foreach (i; path; SELF) {
            if (!match(path, '^/')) error('%s is no path', path);
        };
        true;
    }
    'version' ? string
    @{desc = the program that configures it, when it is not called like the component}
    'ncm-module' ? string with match(SELF, '^[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$')
    @{desc = seconds a run may take}
    'timeout' ? long(1..86400)
    @{desc = window: it runs in a maintenance window only; drain: on a node without users as well}
    'maintenance' ? string with match(SELF, '^(any|window|drain)$')
    @{desc = its change stays only if the node still reaches its server: network, firewall, sshd}
    'confirm' ? boolean
    @{desc = a command that succeeds when what the component configures works; without it the run has failed}
    'health' ? string
    @{desc = restore: the files a failed run changed are put back}
    'on_failure' ? string with match(SELF, '^(keep|restore)$')
    @{desc = false: what it did stays when it leaves the profile}
    'unconfigure' ? boolean
};
