# For production, pin the image by digest: PYTHON_IMAGE in .env (docs/deployment.md).
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

# --- The packages that run in production -------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 SENDCO_VENV=/opt/venv
WORKDIR /app
COPY requirements/base.txt requirements/
RUN python -m venv "$SENDCO_VENV" \
 && "$SENDCO_VENV/bin/pip" install --no-deps --require-hashes -r requirements/base.txt

# --- Style sheet, htmx and icons; npm comes from a hashed wheel and stays in this stage -----------------------------
FROM packages AS assets
COPY package.json package-lock.json .npmrc ./
COPY requirements requirements
COPY sendco/__init__.py sendco/__init__.py
COPY sendco/install sendco/install
COPY templates templates
COPY static static
RUN python -m sendco.install

# --- What runs -------------------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS site
# Pango and fonts for PDFs; Noto has the letters of names from all over the world. Without versions: Debian's security
# updates replace them, so a pinned package cannot be installed a month later. The base image is pinned by digest.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    fonts-liberation2 fonts-noto-core fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 sendco \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin sendco \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
COPY --from=assets /app/static/vendor static/vendor
RUN /opt/venv/bin/python -m compileall -q .
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SENDCO_DATA=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s --retries=3 CMD ["python", "-m", "sendco.healthcheck", "web"]
CMD ["gunicorn", "-c", "python:sendco.gunicorn_config", "--bind", "0.0.0.0:8000", "sendco.wsgi:application"]
