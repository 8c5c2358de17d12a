# The lesson: programs on the public libraries, their expected output, the page made of both.
# Included by ../Makefile.

CHAPTERS := gaussian mixture divergence likelihood inference bound montecarlo aevb
# Figures are drawn with the charts of `vae plot`; digits are those of `--data synthetic`. All else stands in libsv and libvae.
LESSON_ROOMS := $(call objects,$(call files,lesson/lesson.c lesson/figure.c lesson/ppca.c vae/plot/*.c vae/data/*.c vae/base/*.c))

$(DIR)/obj/lesson/%.o: DEFINES = -I$(DIR)/include
$(call objects,$(call files,lesson/*.c)): $(HEADERS)

$(DIR)/lesson/rooms.a: $(LESSON_ROOMS)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(call tool,ar) rcsD $@ $^
$(DIR)/lesson/%: $(DIR)/obj/lesson/%.o $(DIR)/lesson/rooms.a $(DIR)/lib/libvae.a $(DIR)/lib/libsv.a
	$(call link)
.SECONDARY: $(call objects,$(CHAPTERS:%=lesson/%.c))

.PHONY: lesson lessoncheck
lesson: $(CHAPTERS:%=$(DIR)/lesson/%) ## run the lesson's programs on every ISA, compare with lesson/expected, write lesson/README.md and figures (RENEW=1: and what is expected)
	$(Q)ln -sfn $(HASH)/lesson $(BUILD)/lesson
	$(Q)lesson/lesson.py $(if $(RENEW),--renew) $(DIR)/lesson $(CHAPTERS)
lessoncheck: $(CHAPTERS:%=$(DIR)/lesson/%) ## the same, but only say what differs
	$(Q)tests/lesson.sh
	$(Q)lesson/lesson.py --check $(DIR)/lesson $(CHAPTERS)
