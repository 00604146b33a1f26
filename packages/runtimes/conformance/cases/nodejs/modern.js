'use strict';
exports.asyncEcho = async (event, context) => event;
exports.asyncFail = async (event, context) => {
  throw new RangeError('rejected');
};
exports.syncReturn = (event, context) => 'never seen';
exports.asyncInit = async (context, callback) => {};
exports.forgotten = async (event, context) => {
  Promise.reject(new Error('forgotten'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  return 'late';
};
