.section .note.GNU-stack,"",@progbits

// The content of rules/ as tcds_pack wrote it. The first line keeps the stack of the binary from
// becoming executable; the zero bytes end each text for readers that look one byte ahead.
.section .rodata

.macro embed name, file
.balign 16
.globl \name
.hidden \name
\name:
.incbin "\file"
.globl \name\()_end
.hidden \name\()_end
\name\()_end:
.byte 0
.endm

embed tcds_embedded_bundle, TCDS_BUNDLE
embed tcds_embedded_products, TCDS_PRODUCTS
