// SPDX-License-Identifier: LGPL-2.1-or-later

export * from './basic';
export * from './dialog';
export * from './form';
export * from './icons';
export * from './menu';
export * from './states';
export * from './toast';
export * from './values';
