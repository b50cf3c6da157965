@{ desc = A node from which jobs are submitted }
unique template service/batch/client;

include 'service/batch/common';
