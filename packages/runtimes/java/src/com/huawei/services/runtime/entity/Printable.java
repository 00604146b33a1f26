package com.huawei.services.runtime.entity;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/** An event class whose text shows its fields, since functions print their events. */
public abstract class Printable {
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(getClass().getSimpleName()).append('{');
        String separator = "";
        for (Field field : getClass().getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) continue;
            text.append(separator).append(field.getName()).append('=');
            try {
                field.setAccessible(true);
                append(field.get(this), text);
            } catch (IllegalAccessException e) {
                text.append('?');
            }
            separator = ", ";
        }
        return text.append('}').toString();
    }

    private static void append(Object value, StringBuilder text) {
        if (value == null || !value.getClass().isArray()) {
            text.append(value);
            return;
        }
        text.append('[');
        for (int i = 0; i < Array.getLength(value); i++) append(Array.get(value, i), i == 0 ? text : text.append(", "));
        text.append(']');
    }
}
