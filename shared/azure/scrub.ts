const LONGEST = 1_500;

/** Text of others made fit for a message or a log: no query of a URL (signatures), no token, no key, no endless page. */
export const scrub = (text: string): string => {
  const clean = text
    .replace(/(https?:\/\/[^\s"'<>?]+)\?[^\s"'<>]*/gi, '$1')
    .replace(/\bBearer\s+[\w.~+/=-]+/gi, 'Bearer [left out]')
    .replace(/\beyJ[\w-]{8,}\.[\w.-]+/g, '[token left out]')
    .replace(
      /\b(AccountKey|SharedAccessKey|SharedAccessSignature|sig|client_secret|password)=[^\s;&"']+/gi,
      '$1=[left out]',
    );
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)} [...]` : clean;
};
