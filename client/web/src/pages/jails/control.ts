// SPDX-License-Identifier: LGPL-2.1-or-later

/* What can be done with a jail; shared by the list and the page of one. */

import { post, put, segment } from '../../api/client';
import { follow } from '../../api/operation';
import type { JailProperties, ReloadResult } from '../../api/types';
import { number } from '../../format';
import { confirmDanger, toast, toastError } from '../../ui';
import { w } from './words';

function path(jail: string, verb: string): string {
        return `jails/${segment(jail)}/${verb}`;
}

async function told(work: Promise<unknown>, done: string, undo?: () => Promise<unknown>): Promise<boolean> {
        try {
                await work;
                toast({ text: done, tone: 'good', ...(undo && { undo: { run: undo } }) });
                return true;
        } catch (error) {
                toastError(error);
                return false;
        }
}

export function setIdle(jail: string, idle: boolean): Promise<boolean> {
        const write = (value: boolean) => put(path(jail, 'idle'), { idle: value });
        return told(write(idle), idle ? w.idled(jail) : w.woken(jail), () => write(!idle));
}

export function startJail(jail: string): Promise<boolean> {
        return told(post(path(jail, 'start')), w.started(jail));
}

export function reloadJail(jail: string): Promise<boolean> {
        const work = follow(post<ReloadResult>(path(jail, 'reload'))).then(({ failed }) => {
                const why = Object.values(failed)[0];
                if (why) throw new Error(why);
        });
        return told(work, w.reloaded(jail));
}

export async function stopJail(jail: JailProperties): Promise<boolean> {
        const { name } = jail;
        const question = {
                title: w.stopAsk(name),
                text: w.stopText(number(jail.currently_banned)),
                action: w.stop,
        };
        return (
                (await confirmDanger(question)) &&
                (await told(post(path(name, 'stop')), w.stopped(name), () => startJail(name)))
        );
}
