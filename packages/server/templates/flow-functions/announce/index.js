// A real one would send the two ids to a person, who then decides.
exports.handler = async (event, context) => {
  context.getLogger().info('run %s waits for %s', event.run, event.callback);
  return event;
};
