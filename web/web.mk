# libvae in a browser: the library and web/bridge.c as one module of WebAssembly, for the explorer page and for node.
# Included by ../Makefile. Variables meant for you: EMCC, JANSSON (the library's source, configured).

EMCC    ?= emcc
JANSSON ?= $(BUILD)/web/jansson

WEB_MAKE = $(MAKE) CC='$(EMCC)' OPT=-O2 CPPFLAGS='$(CPPFLAGS) -I$(JANSSON)/src'

# Nodes that are not Debian's do not look where its modules are.
web-library webcheck bench-web: export NODE_PATH := $(or $(NODE_PATH),/usr/share/nodejs)
.PHONY: web-library web-module webcheck web-programs bench-web
web-library: $(JANSSON)/src/jansson_config.h ## build/web/explorer.js: the library compiled to WebAssembly, in one file (make deps-web)
	$(Q)$(WEB_MAKE) web-module

# TRIPLES: of floats whose fma is compared.
TRIPLES ?= 8000000
webcheck: all $(DIR)/fma_sums $(JANSSON)/src/jansson_config.h ## under node: the golden sums, the program's bytes of a model, broken checkpoints
	$(Q)$(WEB_MAKE) web-module web-programs
	$(Q)$(DIR)/fma_sums $(TRIPLES) >$(BUILD)/web/fma_sums
	$(Q)node $(BUILD)/web/fma_sums.js $(TRIPLES) | tee /dev/stderr | cmp - $(BUILD)/web/fma_sums
	$(Q)node $(BUILD)/web/golden_check.js
	$(Q)node web/check.js $(BUILD)/web/explorer.js $(BUILD)/vae

$(DIR)/fma_sums: $(call objects,web/fma_sums.c $(KERNELS))
	$(call link)

COST := $(call objects,web/cost.c bench/rounds.c)
bench-web: $(DIR)/cost $(JANSSON)/src/jansson_config.h ## what an exact fma costs in WebAssembly: node against this machine, into results/web/cost.json
	$(Q)$(WEB_MAKE) web-costs
	$(Q)node web/cost.js results/web/cost.json $(COMMIT) $(DIR)/cost $(BUILD)/web/cost.js $(BUILD)/web/cost_libc.js

$(DIR)/cost: $(COST) $(LIB_OBJ)
	$(call link)

deps-web: $(JANSSON)/src/jansson_config.h
$(JANSSON)/src/jansson_config.h:
	$(Q)web/fetch_jansson.sh $(JANSSON)

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

# Programs for node.
WEB_PROGRAMS := golden_check fma_sums
WEB_COSTS    := cost cost_libc
.PHONY: web-costs
web-programs: $(WEB_PROGRAMS:%=$(DIR)/%.js)
web-costs: $(WEB_COSTS:%=$(DIR)/%.js)
web-programs web-costs:
	@mkdir -p $(BUILD)/web
	$(Q)cp $^ $(BUILD)/web

$(DIR)/golden_check.js: $(call objects,web/golden_check.c tests/golden/golden_training.c $(GOLDEN)) $(WEB_OBJ)
$(DIR)/fma_sums.js: $(call objects,web/fma_sums.c $(KERNELS))
$(DIR)/cost.js: $(COST) $(WEB_OBJ)
# With the fmaf of emscripten's C library.
$(DIR)/cost_libc.js: $(COST) $(filter-out %/fmaf.o,$(WEB_OBJ))
$(patsubst %,$(DIR)/%.js,$(WEB_PROGRAMS) $(WEB_COSTS)):
	@$(if $(V),,echo "  LINK  $@")
	$(Q)$(LINK) -s SINGLE_FILE=1 -s ENVIRONMENT=node -s ALLOW_MEMORY_GROWTH=1 -s EXIT_RUNTIME=1 $^ -o $@

# The lanes that it checks.
$(DIR)/obj/web/fma_sums.o: DEFINES = $(FLAGS_wasm)

$(DIR)/jansson/%.o: $(JANSSON)/src/%.c $(JANSSON)/src/jansson_config.h
	@mkdir -p $(@D)
	@$(if $(V),,echo "  CC    $<")
	$(Q)$(CC) -std=c11 -w $(OPT) -DHAVE_CONFIG_H $(CPPFLAGS) $(CFLAGS) -c $< -o $@

# ---- the page ----------------------------------------------------------------------------------
# WEB_SAMPLES: how long to train.
# Its models are of MNIST in VAE_DATA (default data), or of the synthetic digits; models that are there stay.
WEB_DATA   := $(or $(firstword $(wildcard $(or $(VAE_DATA),data)/mnist)),synthetic)
WEB_SAMPLES ?= 2000000
WEB_TRAIN   = $(BUILD)/vae train --data '$(WEB_DATA)' --binarize dynamic --init glorot --optimizer adam --lr 0.001 \
    --samples $(WEB_SAMPLES)
WEB_MODELS := $(foreach m,latent2 latent20,$(BUILD)/web/$(m)/model.safetensors)
$(BUILD)/web/latent2/model.safetensors: | all
	$(Q)mkdir -p $(BUILD)/web && $(WEB_TRAIN) --latent 2 --hidden 200,100 --out $(@D)
$(BUILD)/web/latent20/model.safetensors: | all
	$(Q)mkdir -p $(BUILD)/web && $(WEB_TRAIN) --latent 20 --hidden 200 --out $(@D)

# Test images, and their labels if they have any.
$(BUILD)/web/examples: | all
	$(Q)mkdir -p $(@D) && rm -rf $@.tmp $(BUILD)/web/labels
	$(Q)$(BUILD)/vae data '$(WEB_DATA)' --first 500 --out $@.tmp
	$(Q)for f in '$(WEB_DATA)'/t10k-labels-idx1-ubyte*; do [ ! -f "$$f" ] || cp "$$f" $(BUILD)/web/labels; done
	$(Q)mv $@.tmp $@

.PHONY: web pagecheck picture-web
web: web-library $(WEB_MODELS) $(BUILD)/web/examples ## out/explorer.html: the latent space of two models in a page that needs nothing else
	$(Q)mkdir -p out && web/assemble.py web/explorer.html $(BUILD)/web out/explorer.html
pagecheck: web ## the page in headless Chromium: drag, draw, type, touch, drop; the same bits as the program
	$(Q)node tests/browser/check.mjs out/explorer.html $(BUILD)/vae $(BUILD)/web
picture-web: web ## renew the README's pictures of the page and of its model's plane
	$(Q)mkdir -p results/web
	$(Q)$(BUILD)/vae manifold $(BUILD)/web/latent2/model.safetensors --side 14 --out results/web/manifold.png
	$(Q)node tests/browser/picture.mjs out/explorer.html results/web/explorer.webp
