/** A body's text; null where it has more bytes than that: the rest is not read. */
export const readAtMost = async (body: NodeJS.ReadableStream, mostBytes: number): Promise<string | null> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop ends the stream, and with it the connection.
  for await (const chunk of body) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > mostBytes) return null;
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
};
