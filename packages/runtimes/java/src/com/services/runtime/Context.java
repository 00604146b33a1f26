package com.services.runtime;

/** The context under the name of this package; a method for method the same. */
public interface Context extends com.huawei.services.runtime.Context {
    @Override
    RuntimeLogger getLogger();
}
