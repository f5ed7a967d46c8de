/**
 * What to order for a gateway that stood: SKUs without zones are no longer sold (VPN Gateway's page on SKU
 * consolidation), and those of the first generation have no counterpart but by throughput.
 */
const successors: Readonly<Record<string, string>> = {
  basic: 'VpnGw1AZ',
  standard: 'VpnGw1AZ',
  highperformance: 'VpnGw2AZ',
  ultraperformance: 'VpnGw2AZ',
};

/** The SKU to create the gateway with; null where nobody knows one. */
export const soldSku = (sku: string | null): string | null => {
  if (sku === null || sku === '') return 'VpnGw1AZ';
  const plain = /^vpngw([1-5])(az)?$/i.exec(sku);
  if (plain) return `VpnGw${plain[1]}AZ`;
  return successors[sku.toLowerCase()] ?? null;
};
