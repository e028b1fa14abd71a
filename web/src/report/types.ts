// SPDX-License-Identifier: Apache-2.0
// Names for the chapter `reports` of the contract.
import type { components } from '../api/schema';

type Schemas = components['schemas'];
export type ReportForm = Schemas['ReportForm'];
export type ReportPlace = Schemas['ReportPlace'];
export type NewReport = Schemas['NewReport'];
export type ReportTaken = Schemas['ReportTaken'];
export type ReportStatus = Schemas['ReportStatus'];
export type NearbyIncident = Schemas['NearbyIncident'];
export type Text = Schemas['Text'];
