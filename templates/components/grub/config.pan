@{ desc = The boot loader: ncm-grub(8) }
unique template components/grub/config;

include 'components/grub/schema';

prefix '/software/components/grub';

'active' ?= true;
'dispatch' ?= true;
