structure template hardware/harddisk/sas_16t;

'capacity' = 16 * TB;
'interface' = 'sas';
'model' = 'near-line SAS 16 TB';
