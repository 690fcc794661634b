# The image of web, worker and one-shot jobs: one image, three commands (docker-compose.yml).
# Three stages, so that neither Node.js nor build tools reach the machine that serves.

FROM node:24.19.0-trixie-slim AS browser
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY vite.config.* ./
COPY frontend ./frontend
COPY static ./static
RUN npx --no-install vite build

FROM python:3.13.16-slim-trixie AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
RUN python3.13 -m pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN UV_PYTHON_DOWNLOADS=never uv sync --frozen --no-dev --no-cache --compile-bytecode --python python3.13
COPY . .
COPY --from=browser /app/static/dist ./static/dist
RUN find apps geo_platform locale -name '*.po' 2>/dev/null \
    | while read -r source; do msgfmt -o "${source%.po}.mo" "$source"; done
# Settings want every production value. These are made up for this one command and stay nowhere in the image.
RUN GEO_ENV=production SECRET_KEY="$(head -c 48 /dev/urandom | base64)" ALLOWED_HOSTS=localhost \
    PUBLIC_URL=https://localhost DEFAULT_FROM_EMAIL=build@localhost DATABASE_URL=postgis://nobody@nowhere/none \
    STATIC_ROOT=/app/staticfiles .venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.13.16-slim-trixie
# Pango draws the work orders; pg_dump and pg_restore (17, as the database of docker-compose.yml) make the backups.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    fonts-dejavu-core postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin geo \
    && mkdir -p /data/media /data/backups /data/exports /data/tiles /data/tmp \
    && chown -R geo:geo /data
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    GEO_ENV=production STATIC_ROOT=/app/staticfiles VAR_DIR=/data TMPDIR=/data/tmp XDG_CACHE_HOME=/tmp
USER geo
VOLUME ["/data"]
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "geo_platform.wsgi"]
