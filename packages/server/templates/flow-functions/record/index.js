exports.handler = async (event, context) => {
  context.getLogger().info('recorded %j', event);
  return { recorded: event };
};
