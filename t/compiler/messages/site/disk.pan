structure template site/disk;

'size' = 500;
'interface' = 'sata';
