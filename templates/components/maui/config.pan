@{ desc = The scheduler Maui: ncm-maui(8) }
unique template components/maui/config;

include 'components/maui/schema';

prefix '/software/components/maui';

'active' ?= true;
'dispatch' ?= true;
