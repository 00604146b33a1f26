exports.handler = (e, c, cb) => cb(null, 'from dir');
