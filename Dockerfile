# One city's node.
# Build: docker build -t tongban .
# Make:  docker run -it -v tongban:/data -v ./passphrase:/run/secrets/passphrase:ro tongban init --folder /data
# Run:   docker run --ulimit core=0 -v tongban:/data -v ./passphrase:/run/secrets/passphrase:ro -p 127.0.0.1:8420:8420 -p 8421:8421 tongban
# The passphrase file must be readable by the user `node` (uid 1000) alone. Put a TLS proxy in front of port 8420, and name the
# address from which it comes: -e TONGBAN_HTTP_TRUSTED_PROXIES=172.17.0.1. Pages for applicants: -e TONGBAN_APPLICANTS_PORT=8422.
# Bun comes with the npm dependencies, so the image needs Node's base alone. It is named by digest, for a tag can come to mean another
# image; a newer one: docker buildx imagetools inspect node:24-slim tells its digest, --build-arg NODE_IMAGE=node:24-slim@sha256:… takes it.
ARG NODE_IMAGE=node:24-slim@sha256:a9f5f7c91a432850b2a8a7797adf5eadb6c733ceed61167806cee7ea7fbc29df
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY protocol ./protocol
COPY certs ./certs
COPY node/kernel/html.ts ./node/kernel/html.ts
COPY node/city/records/evidence ./node/city/records/evidence
COPY node/edges ./node/edges
# The console is built by it; what it is made of stays out of the image.
RUN npm ci && npm prune --omit=dev --ignore-scripts && npm cache clean --force

FROM ${NODE_IMAGE}
ENV NODE_ENV=production TONGBAN_CONFIG=/data/tongban.json TONGBAN_HTTP_HOST=0.0.0.0 TONGBAN_APPLICANTS_HOST=0.0.0.0 TONGBAN_PASSPHRASE_FILE=/run/secrets/passphrase
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY protocol ./protocol
COPY certs ./certs
COPY adapters ./adapters
COPY node ./node
COPY --from=build /app/node/edges/console/dist ./node/edges/console/dist
RUN ln -s /app/node/tongban.js /usr/local/bin/tongban && mkdir /data && chown node:node /data
USER node
VOLUME /data
HEALTHCHECK --interval=15s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.TONGBAN_HTTP_PORT ?? 8420}/readyz`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tongban"]
CMD ["start"]
