'use strict';

/** What is done for each kind of event. Replace the bodies; add a line for another kind. */
module.exports = {
  timer: async (event) => `ran ${event.trigger_name} with ${event.user_event}`,
  http: async (event) => `${event.httpMethod} ${event.path}`,
  messages: async (event) => `${(event.records || []).length} records`,
  notification: async (event) => event.record.map(({ smn }) => (smn && smn.subject) || 'no subject').join(', '),
  // keys arrive encoded, as in a URL
  storage: async (event) => event.Records.map(({ s3, obs }) => decodeURIComponent((obs || s3).object.key)).join(', '),
  custom: async (event) => `no handler for ${event.type} yet`,
};
