# libsv, the kernels, and libvae, models over plain arrays: how they are built, installed and tried out.
# Included by ../../Makefile. Variables meant for you: PREFIX, DESTDIR, LIBDIR and the other directories.

VERSION   := $(shell cat VERSION)
SOVERSION := $(firstword $(subst ., ,$(VERSION)))

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
INSTALL    ?= install

# ---- what is in them ---------------------------------------------------------------------------
# No choice by shape, which is libvae's. No readers of image files: libvae needs libm, threads and jansson alone.
SV_SOURCES  := $(filter-out kernels/choice.c,$(KERNELS))
VAE_SOURCES := $(KERNELS) $(call files,vae/base/*.c vae/model/*.c vae/methods/*.c vae/settings/*.c) $(API) \
               vae/data/images.c vae/data/images_share.c vae/data/fixed_draw.c vae/tuning/kernels_check.c reference/verify/known.c \
               $(call files,reference/verify/*_case.c) $(patsubst %,reference/verify/%.c,cases shapes data call must)
sv_LIBS     := -lm
vae_LIBS    := -lm -pthread $(or $(shell $(PKG_CONFIG) --libs jansson 2>/dev/null),-ljansson)

# Only names of the library's public header are global: those of its prefix to which the header gives visibility. In
# the archive too, which is one object whose other names are local; libvae's kernels are its own.
tool = $(shell $(CC) -print-prog-name=$(1))
pic_objects = $(patsubst %.c,$(DIR)/pic/%.o,$(1))

$(DIR)/pic/%.o: %.c Makefile vae/api/library.mk
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $< (library)")
	$(Q)$(COMPILE) -fPIC -fvisibility=hidden -fno-lto $< -o $@
# The cases' bounds, which the check at start leaves alone, refer to the reference in double.
$(DIR)/pic/%.f64.o: %.c Makefile vae/api/library.mk
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -fPIC -fvisibility=hidden -fno-lto -DREF_DOUBLE $< -o $@
$(call pic_objects,$(foreach i,$(ISAS),$(call files,kernels/$(i)/*.c))): kernels/isa.def
$(DIR)/pic/vae/base/version.o $(DIR)/obj/vae/base/version.o: DEFINES = -DVAE_VERSION='"$(VERSION)"'
$(DIR)/pic/vae/base/version.o $(DIR)/obj/vae/base/version.o: VERSION

$(DIR)/lib/libsv.a $(DIR)/lib/libsv.so.$(VERSION): $(call pic_objects,$(SV_SOURCES))
$(DIR)/lib/libvae.a $(DIR)/lib/libvae.so.$(VERSION): $(call pic_objects,$(VAE_SOURCES)) $(REFERENCE:%.c=$(DIR)/pic/%.f64.o)

$(foreach l,sv vae,$(DIR)/lib/lib$(l).a $(DIR)/lib/lib$(l).so.$(VERSION)): vae/api/library.mk

$(DIR)/lib/lib%.a:
	@mkdir -p $(@D)
	@$(if $(V),,echo "  AR    $@")
	$(Q)$(CC) $(CFLAGS) -r -nostdlib $(filter %.o,$^) -o $(@:.a=.o)
	$(Q)$(call tool,objcopy) --localize-hidden --wildcard --keep-global-symbol='$*_*' $(@:.a=.o)
	$(Q)rm -f $@ && $(call tool,ar) rcsD $@ $(@:.a=.o)

$(DIR)/lib/lib%.so.$(VERSION):
	@mkdir -p $(@D)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)echo '{ global: $*_*; local: *; };' >$(@D)/lib$*.map
	$(Q)$(LINK) -shared -Wl,--version-script=$(@D)/lib$*.map -Wl,-soname,lib$*.so.$(SOVERSION) -Wl,-z,defs -Wl,--as-needed $(filter %.o,$^) $($*_LIBS) -o $@

# ---- headers: each is one file -----------------------------------------------------------------
HEADERS := $(DIR)/include/sv.h $(DIR)/include/vae.h

$(DIR)/include/sv.h: kernels/kernels.h kernels/contracts.h kernels/kernels.def kernels/epilogues.def kernels/flat.awk VERSION
	@mkdir -p $(@D)
	$(Q)sed 's/^#include \(<.*>\)/@include \1/' kernels/kernels.h | $(CC) -E -CC -nostdinc -Ikernels -x c - | \
	    awk -v version=$(VERSION) -f kernels/flat.awk >$@.tmp && mv $@.tmp $@

$(DIR)/include/vae.h: vae/api/vae.h VERSION
	@mkdir -p $(@D)
	$(Q)awk -v version=$(VERSION) '/@VERSION@/ { split(version, v, "."); \
	    print "#define VAE_VERSION       \"" version "\""; print "#define VAE_VERSION_MAJOR " v[1]; \
	    print "#define VAE_VERSION_MINOR " v[2]; print "#define VAE_VERSION_PATCH " v[3]; next } { print }' $< >$@.tmp && \
	    mv $@.tmp $@

.PHONY: lib
lib: $(HEADERS) $(foreach l,sv vae,$(DIR)/lib/lib$(l).a $(DIR)/lib/lib$(l).so.$(VERSION)) ## build libsv and libvae, static and shared, and their headers
	$(Q)ln -sfn $(HASH)/lib $(BUILD)/lib && ln -sfn $(HASH)/include $(BUILD)/include

# ---- installation ------------------------------------------------------------------------------
# What `make docs` wrote.
SHARED := man/man1 bash-completion/completions zsh/site-functions
share_dir = $(if $(filter man/%,$(1)),$(MANDIR)$(patsubst man%,%,$(1)),$(DATADIR)/$(1))
SHARE_NAMES := vae.1 vae-*.1 vae _vae

LIB_NAMES := $(foreach l,sv vae,lib$(l).a lib$(l).so lib$(l).so.$(SOVERSION) lib$(l).so.$(VERSION))

# pkg-config's file of a library: NAME, DESCRIPTION, REQUIRES.PRIVATE, LIBS.PRIVATE
pc = printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)' '' 'Name: $(1)' 'Description: $(2)' \
    'Version: $(VERSION)' $(if $(3),'Requires.private: $(3)') 'Libs: -L$${libdir} -l$(1)' 'Libs.private: $(4)' \
    'Cflags: -I$${includedir}' | sed 's!^\(libdir\|includedir\)=$(PREFIX)/!\1=$${prefix}/!' | sed '1,3s/ /\\ /g' \
    >'$(DESTDIR)$(PKGCONFIGDIR)/$(1).pc'

.PHONY: install
install: all lib docs ## program, libraries, headers, manual, into DESTDIR and PREFIX (/usr/local), LIBDIR, ...
	$(Q)$(INSTALL) -d '$(DESTDIR)$(BINDIR)' '$(DESTDIR)$(LIBDIR)' '$(DESTDIR)$(PKGCONFIGDIR)' '$(DESTDIR)$(INCLUDEDIR)'
	$(Q)$(INSTALL) -m 755 $(DIR)/vae '$(DESTDIR)$(BINDIR)/vae'
	$(Q)$(INSTALL) -m 644 $(HEADERS) '$(DESTDIR)$(INCLUDEDIR)'
	$(Q)$(foreach l,sv vae,$(INSTALL) -m 644 $(DIR)/lib/lib$(l).a $(DIR)/lib/lib$(l).so.$(VERSION) '$(DESTDIR)$(LIBDIR)' && \
	    ln -sfn lib$(l).so.$(VERSION) '$(DESTDIR)$(LIBDIR)/lib$(l).so.$(SOVERSION)' && \
	    ln -sfn lib$(l).so.$(SOVERSION) '$(DESTDIR)$(LIBDIR)/lib$(l).so' &&) :
	$(Q)$(call pc,sv,kernels of variational autoencoders with the same bits on every CPU,,$(sv_LIBS))
	$(Q)$(call pc,vae,variational autoencoders trained and used over plain arrays,jansson,-lm -pthread)
	$(Q)$(foreach d,$(SHARED),for f in $(BUILD)/share/$(d)/*; do [ ! -f "$$f" ] || \
	    { $(INSTALL) -d '$(DESTDIR)$(call share_dir,$(d))' && \
	      $(INSTALL) -m 644 "$$f" '$(DESTDIR)$(call share_dir,$(d))'; } || exit 1; done;)

.PHONY: uninstall
uninstall: ## what install of this version put there; the same variables
	$(Q)rm -f '$(DESTDIR)$(BINDIR)/vae' $(foreach f,$(notdir $(HEADERS)),'$(DESTDIR)$(INCLUDEDIR)/$(f)') \
	    $(foreach f,$(LIB_NAMES),'$(DESTDIR)$(LIBDIR)/$(f)') $(foreach l,sv vae,'$(DESTDIR)$(PKGCONFIGDIR)/$(l).pc') \
	    $(foreach d,$(SHARED),$(foreach f,$(SHARE_NAMES),'$(DESTDIR)$(call share_dir,$(d))'/$(f)))

.PHONY: installcheck
installcheck: all ## install into a clean root; build and run examples/ against that; names, libraries, uninstall
	+$(Q)CC=$(QUOTED_CC) tests/install.sh '$(BUILD)'

# ---- a tarball ---------------------------------------------------------------------------------
# Of the files that git knows, as they are, or of all: the same bytes, from a repository and from an unpacked tarball.
DIST_TIME = $(or $(SOURCE_DATE_EPOCH),$(shell [ -e .git ] && git log -1 --format=%ct),$(shell stat -c %Y VERSION))
.PHONY: dist
dist: ## build/vae-VERSION.tar.gz, the same bytes each time
	$(Q)mkdir -p $(BUILD)
	$(Q){ [ -e .git ] && git ls-files || find . -path ./build -prune -o -path ./out -prune -o -path ./data -prune -o -type f -print | \
	    sed 's:^\./::'; } | LC_ALL=C sort | tar -cf - -T - --transform='s:^:vae-$(VERSION)/:' --format=ustar \
	    --mtime=@$(DIST_TIME) --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w | gzip -n9 >$(BUILD)/vae-$(VERSION).tar.gz
	$(Q)echo $(BUILD)/vae-$(VERSION).tar.gz

# The version stands in two more places, whose formats have it.
.PHONY: versioncheck
versioncheck: ## CHANGELOG.md and debian/changelog begin with the version in VERSION
	$(Q)grep -m1 '^## ' CHANGELOG.md | grep -qF '## $(VERSION)' || { echo 'CHANGELOG.md: begins with another version than VERSION'; exit 1; }
	$(Q)head -n1 debian/changelog | grep -qF '($(VERSION))' || { echo 'debian/changelog: begins with another version than VERSION'; exit 1; }

SUITE ?= $(shell . /etc/os-release 2>/dev/null && echo $$VERSION_CODENAME)
.PHONY: packagecheck
packagecheck: dist ## build the Debian packages in a clean root of SUITE, ask lintian, install and use them there (as root; mmdebstrap)
	$(Q)tests/package.sh '$(BUILD)' '$(SUITE)'
