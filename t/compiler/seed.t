#!/bin/sh
# The example of the design talk of 2002 (templates/seed) compiles to the profile the talk shows: the same
# elements, types, values, order and derivation lists. Its translation into today's Pan gives the same data.
. "${WEFT_SRC:-.}/t/lib.sh"
seed=$WEFT_SRC/templates/seed

# Where the slide breaks off the list of the root goes on in load order; system_types comes next on the other slide.
cat >slide <<'END'
<?xml version="1.0" encoding="utf-8" ?>
<nlist name="profile" derivation="TEST_i386_rh72,node_profile,functions,hardware_types, ..">
  <nlist name="system" derivation="TEST_i386_rh72" type="record">
    <string name="platform" derivation="TEST_i386_rh72">i386_rh72</string>
    <nlist name="network" derivation="TEST_i386_rh72,default_network,network_i386_rh72,std_network" type="record">
      <string name="hostname" derivation="functions,std_network">myhost</string>
      <list name="interfaces" derivation="std_network">
        <nlist name="0" derivation="std_network_interface,std_network" type="record">
          <string name="name" derivation="std_network_interface">eth0</string>
          <string name="ip" derivation="functions,std_network_interface">192.168.0.1</string>
          <boolean name="onboot" derivation="std_network_interface">true</boolean>
        </nlist>
      </list>
    </nlist>
  </nlist>
</nlist>
END

ok 'the templates of the slide compile in the dialect of 2002' '
    panc --dialect 2002 --warnings off --formats edg --include-path "$seed" "$seed/TEST_i386_rh72.tpl"'
ok 'case 140: the profile is the one on the slide' '
    sed "2s/,hardware_types,[^\"]*\"/,hardware_types, ..\"/" TEST_i386_rh72.xml >shown && same slide shown'
ok 'the derivation of the root goes on with the other templates, in load order' '
    sed -n "2s/.*derivation=\"\([^\"]*\)\".*/\1/p" TEST_i386_rh72.xml >got
    printf "%s,%s,%s,%s\n" TEST_i386_rh72,node_profile,functions,hardware_types,system_types,software_types \
        default_hardware,default_system,default_users,default_network \
        network_i386_rh72,std_network_interface,std_network default_filesystems,default_software >want
    same want got'
ok 'today'\''s dialect refuses it and says where' '
    mkdir now
    not panc --formats pan --include-path "$seed" --output-dir now "$seed/TEST_i386_rh72.tpl" 2>err
    grep -q "TEST_i386_rh72.tpl:6" err && test ! -e now/TEST_i386_rh72.xml'

# Data alone: no derivation, list items without names, keys sorted.
ok 'the translation gives the same data' '
    mkdir -p old new
    panc --dialect 2002 --warnings off --formats json --include-path "$seed" --output-dir old "$seed/TEST_i386_rh72.tpl"
    panc --formats json --include-path "$seed/modern" --output-dir new "$seed/modern/TEST_i386_rh72.pan"
    same new/TEST_i386_rh72.json old/TEST_i386_rh72.json
    grep -q "\"ip\": \"192.168.0.1\"" new/TEST_i386_rh72.json'
done_testing
