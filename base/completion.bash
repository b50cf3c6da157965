# Completion of every program of the suite in bash: the program itself says which commands and options it has.
_weft() {
    local IFS=$'\n'
    mapfile -t COMPREPLY < <(compgen -W "$(WEFT_COMPLETE=1 "$1" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "$2")
}
complete -o default -o bashdefault -F _weft "${BASH_SOURCE[0]##*/}"  # bash-completion finds this file by the program's name
