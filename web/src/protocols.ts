// SPDX-License-Identifier: Apache-2.0
// Protocols of devices as they are called.
import type { DeviceProtocol } from './api/types';
import type { Lang } from './view';

const names: Record<DeviceProtocol, readonly [string, string]> = {
  http: ['HTTP', 'HTTP'],
  mqtt: ['MQTT', 'MQTT'],
  coap: ['CoAP', 'CoAP'],
  hj212: ['HJ 212', 'HJ 212'],
  modbus: ['Modbus', 'Modbus'],
  probe: ['网站探测', 'Probe'],
};
export const protocols = Object.keys(names) as DeviceProtocol[];
export function protocolName(protocol: DeviceProtocol, lang: Lang): string {
  return names[protocol]?.[lang === 'zh' ? 0 : 1] ?? protocol;
}
