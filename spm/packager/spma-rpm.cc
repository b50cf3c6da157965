// The packager for rpm: everything in one transaction.
#include "spm/packager/rpm.hh"
#include "spm/wrap/rpm.hh"

using namespace weft;
using namespace weft::spm;

int main(int argc, char** argv) {
    return plugin_main(
        {.name = "spma-rpm",
         .usage =
             "spma-rpm [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] "
             "capabilities\n"
             "spma-rpm [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] list\n"
             "spma-rpm [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] apply FILE\n"
             "spma-rpm [-hnVv] [--root DIR] [--dbpath DIR] [--checksig] [--timeout N] verify [name "
             "...]",
         .about = "Install, replace and erase rpm packages in one transaction.",
         .capabilities = "format rpm\ntransaction one\nversions many\nfetches no\n",
         .list = rpm::list,
         .apply = rpm::apply,
         .verify = rpm::verify},
        argc, argv);
}
