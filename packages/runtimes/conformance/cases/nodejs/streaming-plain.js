// Without async functions, for Node.js 6.
exports.handler = function (event, context, callback) {
  var out = context.getResponseStream({ statusCode: 201, contentType: 'text/plain' });
  out.write('one ');
  setTimeout(function () {
    out.end('two');
    callback(null, '');
  }, 5);
};
