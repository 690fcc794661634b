#!/bin/sh
# Runs once, when the database volume is empty: a role without superuser rights, its database, the extensions.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$APP_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE geo LOGIN PASSWORD :'password';
CREATE DATABASE geo_platform OWNER geo TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
\connect geo_platform
CREATE EXTENSION postgis;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE EXTENSION unaccent;
SQL
