# Leaves a grandchild in a session of its own that ignores every signal it can; $1 marks it in the process table.
trap '' TERM INT HUP QUIT USR1 USR2
(setsid /bin/sh -c 'trap "" TERM INT HUP QUIT USR1 USR2; while :; do sleep 1000; done' "$1" &)
echo up
[ "$2" = stay ] && while :; do sleep 1000; done
exit 0
