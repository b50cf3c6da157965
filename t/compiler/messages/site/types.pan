declaration template site/types;

type port = long(1..65535);
type service = {
    'port' : port
    'protocol' : choice('tcp', 'udp') = 'tcp'
    'name' ? string with match(SELF, '^[a-z]+$')
};
type host = {
    'name' : string
    'services' : service{}
};
