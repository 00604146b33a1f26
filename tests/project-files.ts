/** A project with each kind of resource, for a flow in order.yaml. */
export const EVERYTHING = `name: all
functions:
  prices:
    folder: ./prices
    runtime: Node.js
    handler: index.handler
    dependencies: [rates]
    environment: { WHERE: "\${buckets.photos}" }
    triggers:
      uploads: { bucket: "\${buckets.photos}" }
      paid: { topic: "\${topics.paid}" }
dependencies:
  rates: { folder: ./rates, build: "mkdir -p rates/node_modules/rates && echo 'module.exports = 7' > rates/node_modules/rates/index.js", runtime: Node.js }
buckets: { photos: }
topics:
  paid:
    subscriptions:
      - { function: prices }
      - { flow: order }
flows:
  order: { file: ./order.yaml }
alarms:
  fails: { function: prices, when: sum failcount > 50, topics: [paid] }
stages:
  test:
    alarms: { fails: { when: sum failcount >= 5 } }
`;

/** The flow of it. */
export const FLOW = `name: any
nodes:
  - { id: start, name: Start, kind: start }
  - { id: ask, name: Ask, kind: function, function: prices }
edges: [{ from: start, to: ask }]
`;

/** A project whose functions have all settings around their code. */
export const SURROUNDINGS = `name: around
functions:
  prices:
    folder: ./prices
    runtime: Node.js
    handler: index.handler
    network: none
    mounts: { models: /mnt/models }
    async:
      retries: 3
      on_success: { function: prices, alias: live }
      on_failure: { topic: failed }
    reserved:
      schedules:
        morning: { count: 1, cron: "0 0 8 * * ?", from: 2099-01-01 }
    aliases:
      live:
        async: { max_age: 60, on_failure: { bucket: "failed-events", prefix: prices/ } }
        reserved: { by_load: { busy: { percent: 60, min: 0 } } }
  app:
    image: { name: "team/app:v1", working_dir: /tmp }
topics: { failed: }
buckets: { failed-events: }
`;
