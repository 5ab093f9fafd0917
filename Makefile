# Short names for dev.py, which does the work and needs only Python 3.11 and git.
PYTHON ?= python3

.PHONY: demo start test fast lint lock assets bench soak

demo start test lint lock assets bench soak:
	$(PYTHON) dev.py $@ $(ARGS)

fast:
	$(PYTHON) dev.py test --fast $(ARGS)
