const PRICES = { apple: 2, pear: 3 };

exports.handler = async (event, context) => ({
  price: PRICES[event.item] ?? null,
  currency: context.getUserData('CURRENCY'),
});
