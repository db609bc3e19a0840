# Siteward with its browser. Build: docker build -t siteward .
#
# Run (docs/seccomp.json allows what Chromium's own sandbox is made of; see docs/deploy.md):
#   docker run -d --name siteward --read-only --tmpfs /tmp:size=512m --shm-size=512m --cap-drop ALL \
#     --security-opt no-new-privileges --security-opt seccomp=docs/seccomp.json \
#     -v ./config:/config:ro -v ./baselines:/baselines -v siteward-data:/data siteward

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium-headless-shell fonts-noto-core fonts-droid-fallback iproute2 tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin siteward \
 && install -d -o siteward -g siteward /config /baselines /data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json README.md LICENSE ./
COPY config ./config
COPY assets ./assets
ENV NODE_ENV=production
USER siteward
VOLUME ["/config", "/baselines", "/data"]
EXPOSE 8420
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8420/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# tini reaps what Chromium leaves behind and passes signals on, so that a stop is graceful.
ENTRYPOINT ["tini", "--", "node", "/app/dist/main.js", "--config", "/config", "--baselines", "/baselines", "--data", "/data"]
CMD ["watch"]
