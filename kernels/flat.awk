# Makes sv.h, one file that includes nothing of ours, from kernels.h as a preprocessor that keeps comments has
# expanded it (vae/api/library.mk): lists lose their comments, which are about other files, and their lines
# are indented; "@include" is an #include that was kept from it.
BEGIN {
    print "/* Generated from kernels.h: the kernels of version " version ". */"
    print "#ifndef SV_H\n#define SV_H\n"
}
/^# [0-9]+ "/ {
    after = list || after
    list = $3 ~ /\.def"$/
    ours = list || $3 ~ /\.h"$|"<stdin>"/
    next
}
!ours { next }
list && comment { comment = !/\*\//; next }
list && /^\/\*/ { comment = !/\*\//; next }
/^[ \t]*$/ { blank = !after; next }
list { print "    " $0; next }
{ after = 0 }
blank { print ""; blank = 0 }
/^@include/ { sub(/^@/, "#"); print; included = 1; next }
included == 1 { print "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"; included = 2 }
{ print }
END { print "\n#ifdef __cplusplus\n}\n#endif\n\n#endif" }
