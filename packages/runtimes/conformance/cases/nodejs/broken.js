'use strict';
exports.handler = (event, context) => {
  const a = ;
};
