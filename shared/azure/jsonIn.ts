/** What a text says as JSON; undefined where it is none: front doors answer HTML when they are unwell. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
