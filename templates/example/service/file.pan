@{ desc = How to say what stands in a file that component metaconfig writes }
declaration template service/file;

@{ desc = the services with one more file, as ini_file(name, contents, daemon to restart?): sections \
 of key=value, lists in one line with blanks between }
function ini_file = {
    SELF[escape(ARGV[0])] = dict(
        'module', 'tiny',
        'contents', ARGV[1],
        'convert', dict('joinspace', true, 'yesno', true),
        'mode', 0644,
    );
    if (ARGC > 2) SELF[escape(ARGV[0])]['daemons'] = dict(ARGV[2], 'restart');
    SELF;
};
