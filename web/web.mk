# libvae in a browser: the library and web/bridge.c as one module of WebAssembly, for the explorer page and for node.
# Included by ../Makefile. Variables meant for you: EMCC, JANSSON (the library's source, configured).

EMCC    ?= emcc
JANSSON ?= $(BUILD)/web/jansson

# Nodes that are not Debian's do not look where its modules are.
web web-module: export NODE_PATH := $(or $(NODE_PATH),/usr/share/nodejs)
.PHONY: web web-module
web: $(JANSSON)/src/jansson_config.h ## build/web/explorer.js: the library compiled to WebAssembly, in one file (make deps-web)
	$(Q)$(MAKE) CC='$(EMCC)' OPT=-O2 CPPFLAGS='$(CPPFLAGS) -I$(JANSSON)/src' web-module

deps-web: $(JANSSON)/src/jansson_config.h
$(JANSSON)/src/jansson_config.h: web/fetch_jansson.sh
	$(Q)web/fetch_jansson.sh $(JANSSON)
	@touch $@

# ---- what the make above builds, of objects for wasm32 ------------------------------------------
JANSSON_OBJ := $(patsubst %,$(DIR)/jansson/%.o,dump error hashtable hashtable_seed load memory pack_unpack strbuffer \
               strconv utf value)
WEB_OBJ     := $(call objects,$(VAE_SOURCES)) $(REFERENCE:%.c=$(DIR)/obj/%.f64.o) $(JANSSON_OBJ)

# One file, because a page opened from a disk may load no other.
WEB_LINK := -s MODULARIZE=1 -s EXPORT_NAME=createExplorer -s SINGLE_FILE=1 -s ENVIRONMENT=web,worker,node \
            -s ALLOW_MEMORY_GROWTH=1 -s FORCE_FILESYSTEM=1 -s NODEJS_CATCH_EXIT=0 -s NODEJS_CATCH_REJECTION=0 \
            -s EXPORTED_FUNCTIONS=_malloc,_free -s EXPORTED_RUNTIME_METHODS=FS,cwrap,UTF8ToString

web-module: $(DIR)/explorer.js
	@mkdir -p $(BUILD)/web
	$(Q)cp $< $(BUILD)/web/explorer.js

$(DIR)/explorer.js: $(call objects,web/bridge.c) $(WEB_OBJ)
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(LINK) $(WEB_LINK) $^ -o $@

$(DIR)/jansson/%.o: $(JANSSON)/src/%.c $(JANSSON)/src/jansson_config.h
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $<")
	$(Q)$(CC) -std=c11 -w $(OPT) -DHAVE_CONFIG_H $(CPPFLAGS) $(CFLAGS) -c $< -o $@
