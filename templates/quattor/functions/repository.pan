@{ desc = Functions that edit /software/repositories, a list of repositories }
declaration template quattor/functions/repository;

@{ desc = namespace of the structure templates that describe repositories }
variable REPOSITORY_NS_DEFAULT ?= 'repository';

@{ desc = as in '/software/repositories' = add_repositories(names, namespace?): instantiates the \
 structure template of each name; a repository that is there already stays as it is }
function add_repositories = {
    namespace = if (ARGC > 1) ARGV[1] else REPOSITORY_NS_DEFAULT;
    result = if (is_defined(SELF)) SELF else list();
    there = dict();
    foreach (i; repository; result) there[escape(repository['name'])] = true;
    foreach (i; name; ARGV[0]) {
        repository = create(namespace + '/' + name);
        if (!exists(there[escape(repository['name'])])) result[length(result)] = repository;
    };
    result;
};

@{ desc = as in '/software/repositories' = del_repositories(names): takes repositories out by their \
 name }
function del_repositories = {
    result = list();
    foreach (i; repository; SELF) {
        if (index(repository['name'], ARGV[0]) < 0) result[length(result)] = repository;
    };
    result;
};
