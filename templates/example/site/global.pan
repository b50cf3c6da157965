@{ desc = What the whole site shares. A cluster or a node sets a variable before this template to \
 differ }
unique template site/global;

variable SITE_NAME ?= 'example';
variable SITE_DOMAIN ?= 'example.org';
variable SITE_MAIL ?= 'root@example.org';
variable SITE_TIMEZONE ?= 'Europe/Zurich';
variable SITE_RELEASE ?= '2026.11';

@{ desc = time servers, best first. Used by service/time only }
variable SITE_NTP_SERVERS ?= list('ntp1.example.org', 'ntp2.example.org', 'ntp3.example.org');

variable SITE_NAMESERVERS ?= list('10.1.0.2', '10.1.0.3');
variable SITE_LOG_HOST ?= 'logs.example.org';
variable SITE_MONITORING ?= list('mon1.example.org:12409', 'mon2.example.org:12409');
