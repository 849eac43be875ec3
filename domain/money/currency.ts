import * as iso from "dinero.js/bigint/currencies";

/** An ISO 4217 alphabetic code that the platform can bill in. */
export type Currency = string & { readonly __currency: never };

/**
 * Decimals of each currency by ISO 4217. dinero.js models MGA and MRU with a base of 5, as minted; the standard, and every
 * payment provider, counts two decimals.
 */
const exponents = new Map<string, number>(
  Object.values(iso).map((currency) => [currency.code, currency.code === "MGA" || currency.code === "MRU" ? 2 : Number(currency.exponent)]),
);

export function isCurrency(code: string): code is Currency {
  return exponents.has(code);
}

/** Decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD. */
export function currencyExponent(currency: Currency): number {
  const exponent = exponents.get(currency);
  if (exponent === undefined) throw new Error(`unknown currency ${currency}`);
  return exponent;
}
